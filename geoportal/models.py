from django.db import models


class Attempt(models.Model):
    """How often one key did one thing in the current window. Written only by geoportal.limits."""

    bucket = models.CharField(max_length=40)
    key = models.BinaryField(max_length=16)  # keyed hash: no address or name is stored
    hits = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "key"], name="geoportal_attempt_once")]
        indexes = [models.Index(fields=["since"], name="geoportal_attempt_since")]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.hits}"
