"""The commands and promises of the documents."""
