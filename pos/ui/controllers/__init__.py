"""Between screens and services, off the GUI thread.

What a person did goes to a service; what it answered comes back as a plain view.
"""
