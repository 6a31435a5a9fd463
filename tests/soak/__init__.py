"""A soak: real processes, faults one after the other, and every promise checked."""
