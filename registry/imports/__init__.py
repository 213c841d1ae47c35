"""Files of other systems, read by a mapping file: columns → items. Storing is registry.actions.imports."""
