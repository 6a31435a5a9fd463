"""Every kind of action against the fake of its provider, through the whole engine."""
