"""One file per kind of action; a file dropped in here is all it takes."""
