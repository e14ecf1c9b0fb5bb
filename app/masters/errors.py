"""What cannot be read or calculated, said so that the bench can put it right."""

from app.errors import BadInput, FieldError


class UnreadableReading(BadInput, ValueError):
    """A value cannot be read as the specification asks for it. Correct it and enter it again."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__((FieldError(field, says),))
        self.field = field


class CannotCalculate(BadInput, ValueError):
    """A formula cannot be calculated from these numbers. Check what was entered."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__((FieldError(field, says),))
        self.field = field
