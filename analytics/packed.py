"""A column of bytes that takes little room: PostgreSQL takes no statement of a gigabyte, and the text of a large dataset is half of that."""

import zlib

from django.db import models

QUICK = 1  # level of zlib: a tenth of the room in a tenth of a second for each 10 MB
PACKED = b"\x78\x01"  # what zlib begins with at that level; no text does
PARQUET = b"PAR1"  # is packed already


class PackedField(models.BinaryField):
    """Bytes, as given and as read; text is packed in the database. What was stored before this field was used is read as it is."""

    def get_db_prep_value(self, value, connection, prepared=False):
        """What is stored."""
        content = value if value is None else bytes(value)
        if content and not content.startswith(PARQUET):
            content = zlib.compress(content, QUICK)
        return super().get_db_prep_value(content, connection, prepared)

    def from_db_value(self, value, _expression, _connection):
        """What was given."""
        content = value if value is None else bytes(value)
        return zlib.decompress(content) if content and content.startswith(PACKED) else content
