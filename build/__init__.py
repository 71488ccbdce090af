"""What makes installers out of the source, and the tools of the source itself."""
