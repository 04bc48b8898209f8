"""Points as people copy them from a map application: "-6.889, 109.675", latitude first."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class LatLonField(forms.CharField):
    """A Point in EPSG:4326, or None where nothing was written."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Latitude, longitude; for example -6.888900, 109.675300"))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.y:.6f}, {value.x:.6f}" if isinstance(value, Point) else value

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        try:
            lat, lon = (float(part) for part in text.split(","))
        except ValueError:
            raise ValidationError(
                _("Write two numbers with a comma between them: latitude, longitude.")
            ) from None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValidationError(_("Latitude lies between -90 and 90, longitude between -180 and 180."))
        return Point(lon, lat, srid=4326)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) or "") != bool(data) or (
            str(self.prepare_value(initial) or "") != str(data or "").strip()
        )
