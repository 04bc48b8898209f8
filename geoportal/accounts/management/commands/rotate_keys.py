from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from geoportal.accounts import rotation
from geoportal.fields import CannotDecrypt, current_key


class Command(BaseCommand):
    help = (
        "Encrypt all personal data anew under the first of FIELD_KEYS, and make blind indexes anew under the "
        "first of FIELD_INDEX_KEY. The site may run meanwhile; cut off, it goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what is under an older key")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        columns = rotation.columns()
        left = {column: rotation.waiting(column) for column in columns}
        if dry_run:
            for column in columns:
                if left[column]:
                    self.stdout.write(f"{column}: {left[column]}")
            self.stdout.write(f"rotate_keys: {sum(left.values())} values would move to key {current_key()}")
            return
        moved = indexed = secrets = 0
        with tqdm(total=sum(left.values()), unit=" values", disable=None) as bar:
            for column in columns:
                try:
                    for count in rotation.reencrypt(column):
                        moved += count
                        bar.update(count)
                except CannotDecrypt as error:
                    raise CommandError(
                        f"{column} holds a value under a key that FIELD_KEYS does not name. Put it back, "
                        f"behind the new one, and run this again; {moved} values are moved."
                    ) from error
            secrets = sum(rotation.secrets())
            indexed = sum(count for index in rotation.indexes() for count in rotation.reindex(index))
        self.stdout.write(
            f"rotate_keys: {moved} values and {secrets} second factors moved to key {current_key()}, "
            f"{indexed} indexes made anew. The older keys can go once this says 0."
        )
