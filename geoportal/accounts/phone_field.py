from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from geoportal.phones import as_international


class PhoneNumber(forms.CharField):
    """However it is typed; as +62…"""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        number = as_international(typed[:40]) if typed else ""
        if typed and not number:
            raise ValidationError(_("This is no telephone number. An example: 0812 3456 7890"))
        return number
