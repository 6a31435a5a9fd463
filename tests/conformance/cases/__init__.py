"""One file per kind: how a connection and a rule of it are set up for its fake."""
