"""What the database roles may do. `manage.py grant` applies it after migrations.

owner   owns the tables, runs migrations
app     the site and the worker: no DDL, no TRUNCATE, no UPDATE or DELETE on logs
public  only what the public may see; a test asks every public page under it
"""

from django.conf import settings
from django.db import connection

APPEND_ONLY = (
    "companies_consentrecord",
    "companies_merger",
    "django_admin_log",
    "permits_consent",
    "permits_deliveryevent",
    "permits_event",
    "permits_keystatement",
    "permits_note",
    "permits_permitact",
    "permits_reveal",
    "permits_sitehistory",
    "permits_visitphoto",
    "permits_visitreport",
    "permits_voidnumber",
)
# written by triggers alone
DERIVED = (
    "geoportal_change",
    "maps_place",
    "maps_pin",
    "maps_pin_counted",
    "maps_pin_hidden",
    "maps_pin_commodity",
    "maps_aggregate",
    "maps_delta",
    "maps_tile_state",
    "maps_name",
    "maps_word",
)
PUBLIC_RELATIONS = (
    "maps_place",
    "maps_pin",
    "maps_company",
    "maps_company_moved",
    "geography_zone",
    "companies_commodity",
    "companies_commoditykbli",
    "companies_kbli",
    "permits_complaint_dates",
    "permits_keystatement",
    "permits_permittype",
    "permits_survey",
    "permits_typeversion",
)


def role_exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        return bool(cursor.fetchone()[0])


def grant() -> list[str]:
    """Sets the rights of both roles to what this module says; returns the roles that do not exist."""
    quote = connection.ops.quote_name
    app, public = settings.DATABASE_APP_ROLE, settings.DATABASE_PUBLIC_ROLE
    missing = [role for role in (app, public) if not role_exists(role)]
    with connection.cursor() as cursor:
        if app not in missing:
            role = quote(app)
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            for table in APPEND_ONLY:
                cursor.execute(f"REVOKE UPDATE, DELETE ON {quote(table)} FROM {role}")
            # the read model is written by triggers, which run as the owner; nobody else writes it
            for table in (*DERIVED, "django_migrations"):
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {quote(table)} FROM {role}")
        if public not in missing:
            role = quote(public)
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            for table in (*PUBLIC_RELATIONS, "spatial_ref_sys"):
                cursor.execute(f"GRANT SELECT ON {quote(table)} TO {role}")
    return missing
