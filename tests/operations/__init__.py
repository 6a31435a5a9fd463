"""Observing and running an installation."""
