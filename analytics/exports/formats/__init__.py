"""One module for each kind of file: tables in, (name, bytes) out; the same tables give the same bytes."""
