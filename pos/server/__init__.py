"""The reference business backend."""
