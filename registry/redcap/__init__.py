"""The door for REDCap clients: the registry read and filled as if it were a REDCap project. See docs/redcap.md."""
