"""One file per provider; a file dropped in here is served under its name."""
