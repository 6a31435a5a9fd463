"""On the path of a program whose clock libfaketime moves."""
