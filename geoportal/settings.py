"""All settings. Every difference between installations is an environment variable, named in .env.example."""

import sys
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# --- What kind of process this is
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", False)  # behind TLS: secure cookies, HSTS, redirects
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [])  # addresses and networks; geoportal.hardening
SITE_URL = env.str("SITE_URL", "").rstrip("/")  # absolute links where there is no request: QR codes, e-mail

# Field encryption: "id:base64 of 32 bytes", comma-separated; the first encrypts, all decrypt.
FIELD_KEYS: list[str] = env.list("FIELD_KEYS")
FIELD_INDEX_KEY = env.str(
    "FIELD_INDEX_KEY"
)  # blind indexes; "new,old" while manage.py rotate_keys changes it

# --- The office and the city: nothing about a place is in the code
OFFICE_NAME = env.str("OFFICE_NAME", "DPMPTSP Kota Pekalongan")
OFFICE_CITY = env.str("OFFICE_CITY", "Kota Pekalongan")
OFFICE_ADDRESS = env.str("OFFICE_ADDRESS", "Jl. Jaksa Agung R. Soeprapto No. 1, Pekalongan")
OFFICE_PHONE = env.str("OFFICE_PHONE", "0285-432086")
OFFICE_EMAIL = env.str("OFFICE_EMAIL", "")
CITY_ZONE = env.str("CITY_ZONE", "33.75")  # Zone.code of the city that is served
PROJECTED_SRID = env.int("PROJECTED_SRID", 32749)  # metres, for areas and cells; UTM 49S

SILENCED_SYSTEM_CHECKS = [
    # GDAL before 3.9 (Debian 12: 3.6) cannot forbid network access in spatial references; ours are operators'
    "gis.W001",
    "security.W019",  # the village map is shown in a frame of our own pages: X-Frame-Options SAMEORIGIN
    "security.W021",  # only the owner of a whole domain may put it on the preload list, an office rarely is
]

# --- Applications
INSTALLED_APPS = [
    "maps",
    "permits",
    "companies",
    "geoportal.geography",
    "geoportal.accounts",
    "geoportal",
    "geoportal.accounts.administration.AdministrationConfig",  # django.contrib.admin with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "geoportal.hardening.ForwardedHeadersMiddleware",
    "geoportal.hardening.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "geoportal.hardening.BodySizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "geoportal.middleware.ChosenLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "geoportal.history.WhoWritesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "geoportal.accounts.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "geoportal.patience.TimeLimitMiddleware",
    "geoportal.unstorable.UnstorableTextMiddleware",
]

ROOT_URLCONF = "geoportal.urls"
WSGI_APPLICATION = "geoportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "geoportal.context.office",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- Database: the application's role, but the owner for commands that change the schema and for tests
_AS_OWNER = "pytest" in sys.modules or bool(
    {"migrate", "grant", "sqlmigrate", "makemigrations", "showmigrations", "publish", "demo", "rotate_keys"}
    & set(sys.argv[1:2])
)
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", 0 if _AS_OWNER else 20_000)
PUBLIC_STATEMENT_TIMEOUT_MS = env.int("PUBLIC_STATEMENT_TIMEOUT_MS", 0 if _AS_OWNER else 5_000)
_APP_URL = env.str("DATABASE_URL", "postgis:///sakpore")
_DATABASE = dj_database_url.parse(
    env.str("DATABASE_OWNER_URL", _APP_URL) if _AS_OWNER else _APP_URL,
    engine="django.contrib.gis.db.backends.postgis",
    conn_max_age=600,
    conn_health_checks=True,
)
DATABASES: dict[str, Any] = {
    "default": _DATABASE
    | {
        "TIME_ZONE": env.str("TIME_ZONE", "Asia/Jakarta"),  # current_date in SQL is the city's day
        "TEST": {"NAME": env.str("PYTEST_DB", "test_sakpore")},
        "OPTIONS": {"options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"},
    }
}
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", "sakpore_app")
DATABASE_PUBLIC_ROLE = env.str("DATABASE_PUBLIC_ROLE", "sakpore_public")

# --- People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/masuk/"
LOGIN_REDIRECT_URL = "/akun/"  # staff: /petugas/, geoportal.accounts.adapter
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "geoportal.accounts.passwords.GuessableValidator"},
]
AUTHENTICATION_BACKENDS = ["geoportal.accounts.backend.OneCheckBackend"]
ACCOUNT_ADAPTER = "geoportal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}  # applicants know their e-mail, staff may have a name
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
if env.str("MESSENGER", "") not in ("", "geoportal.messengers.nothing.NoMessenger"):
    ACCOUNT_LOGIN_METHODS |= {"phone"}
    ACCOUNT_SIGNUP_FIELDS = [
        "email*",
        "phone",
        "password1*",
        "password2*",
    ]  # our form asks for one of the two
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "SAKPORE: "
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets mail because a stranger typed an address
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other sessions end, this one stays
ACCOUNT_SESSION_REMEMBER = True  # as long as SESSION_COOKIE_AGE, without asking
ACCOUNT_FORMS = {
    "login": "geoportal.accounts.forms.SignInForm",
    "signup": "geoportal.accounts.forms.SignUpForm",
    "verify_phone": "geoportal.accounts.forms.PhoneCodeForm",
    "reset_password": "geoportal.accounts.forms.ResetForm",
}
ACCOUNT_RATE_LIMITS = False  # ours are exact: geoportal.limits
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
MFA_ADAPTER = "geoportal.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers offer keys on https and on localhost alone
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute wrong; a code counts once all the same
MFA_FORMS = {
    "authenticate": "geoportal.accounts.forms.CodeForm",
    "reauthenticate": "geoportal.accounts.forms.CodeAgainForm",
}
INVITATION_DAYS = env.int("INVITATION_DAYS", 7)
PAYMENT_TEXT = env.str("PAYMENT_TEXT", "Bayar melalui bendahara penerimaan di kantor ini.")  # on bills
ANSWER_DAYS = env.int("ANSWER_DAYS", 30)  # a returned file that nobody answers so long is closed
SESSION_COOKIE_AGE = 12 * 3600

# --- Cookies: under TLS of this host alone, whatever its neighbours in the domain would like to set
_OF_THIS_HOST = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_OF_THIS_HOST}sessionid"
CSRF_COOKIE_NAME = f"{_OF_THIS_HOST}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_OF_THIS_HOST}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Words and time
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
TIME_ZONE = env.str("TIME_ZONE", "Asia/Jakarta")
USE_TZ = True
USE_I18N = True

# --- Files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    # single packages, single files' worth of folders: whatever is named here is public
    ("leaflet", NODE_MODULES / "leaflet" / "dist"),
    ("jsqr", NODE_MODULES / "jsqr" / "dist"),
]
STATICFILES_DIRS = [pair for pair in STATICFILES_DIRS if pair[1].is_dir()]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / ".local" / "media")))  # private: no URL serves it
SIGNER_FOLDER = Path(env.str("SIGNER_FOLDER", str(BASE_DIR / ".local" / "signer")))  # *.pem in it are pinned
# Hashes of the log, carried out of the database (permits.anchors): a folder that is copied to another machine
ANCHOR_DIR = Path(env.str("ANCHOR_DIR", str(BASE_DIR / ".local" / "anchors")))
ANCHOR_KEY = Path(env.str("ANCHOR_KEY", str(BASE_DIR / ".local" / "anchor-key.pem")))
ANCHOR_TSA_URL = env.str("ANCHOR_TSA_URL", "")
# where nginx finds MEDIA_ROOT, "/_berkas/" for example: it sends files for us, by X-Accel-Redirect
ACCEL_PREFIX = env.str("ACCEL_PREFIX", "")
STORAGES = {
    # letters, and what people send: no address serves it but those that ask who is there
    "default": {
        "BACKEND": env.str("STORAGE", "geoportal.storage.Folder"),
        "OPTIONS": env.json("STORAGE_OPTIONS", {}),
    },
    "staticfiles": {"BACKEND": "geoportal.staticfiles.HashedStaticFiles"},
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # finished public pages (maps.pages.keeping): some 15 KB each, in every worker
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}
WHITENOISE_MAX_AGE = 300
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = False  # what is served is bundled, in DEBUG too
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages ask for no other name; half of the time to compress
# what a form may hold beside its files; whole bodies are limited by geoportal.hardening
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 50

# --- Map
BASE_MAP_URL = env.str(
    "BASE_MAP_URL", ""
)  # "https://…/{z}/{x}/{y}.png"; empty: our own zones and labels only
BASE_MAP_CREDIT = env.str("BASE_MAP_CREDIT", "")

# --- The site as an Android package (docs/android.md): its name, and the fingerprints of its certificates
ANDROID_PACKAGE = env.str("ANDROID_PACKAGE", "")
ANDROID_FINGERPRINTS: list[str] = env.list("ANDROID_FINGERPRINTS", [])

# --- Security headers
_BASE_MAP_ORIGIN = ["/".join(BASE_MAP_URL.split("/", 3)[:3])] if BASE_MAP_URL.startswith("https://") else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # geoportal.middleware adds the one constant import map, by its hash
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_BASE_MAP_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}
_NOBODY = ("accelerometer", "autoplay", "display-capture", "encrypted-media", "gyroscope", "magnetometer",
           "microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking")  # fmt: skip
_OURSELVES = ("camera", "fullscreen", "geolocation", "publickey-credentials-get")
PERMISSIONS_POLICY: dict[str, str | list[str]] = {
    **{name: [] for name in _NOBODY},
    **dict.fromkeys(_OURSELVES, "self"),
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
if HTTPS:
    # only a trusted proxy's reaches it: geoportal.hardening takes away what others write
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")  # /.well-known/security.txt: mailto:, tel: or https:

# --- API
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "geoportal.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "SAKPORE API",
    "DESCRIPTION": "Public permits, companies, commodities and zones.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Pluggable (DESIGN §7): each slot has a default that works with nothing configured
PLUGINS: dict[str, dict[str, Any]] = {
    "GEOCODER": {
        "BACKEND": env.str("GEOCODER", "geoportal.geography.backends.zones.ZoneGeocoder"),
        "OPTIONS": env.json("GEOCODER_OPTIONS", {}),
    },
    "ROUTER": {
        "BACKEND": env.str("ROUTER", "geoportal.geography.backends.links.LinksOnly"),
        "OPTIONS": env.json("ROUTER_OPTIONS", {}),
    },
    "SIGNER": {
        "BACKEND": env.str("SIGNER", "permits.signing.backends.pkcs12.Pkcs12Signer"),
        "OPTIONS": env.json("SIGNER_OPTIONS", {"path": str(SIGNER_FOLDER / "signer.p12")}),
    },
    "POST": {
        "BACKEND": env.str("POST", "permits.post.nothing.NoPost"),
        "OPTIONS": env.json("POST_OPTIONS", {}),
    },
    "PAYMENT": {
        "BACKEND": env.str("PAYMENT", "permits.payments.manual.Manual"),
        "OPTIONS": env.json("PAYMENT_OPTIONS", {}),
    },
    "SCANNER": {
        "BACKEND": env.str("SCANNER", "geoportal.intake.scanning.NoScanner"),
        "OPTIONS": env.json("SCANNER_OPTIONS", {}),
    },
    "MESSENGER": {
        "BACKEND": env.str("MESSENGER", "geoportal.messengers.nothing.NoMessenger"),
        "OPTIONS": env.json("MESSENGER_OPTIONS", {}),
    },
}

# --- Work that follows a request
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = BASE_DIR / ".local" / "mail"  # read by the file backend: nothing is sent until configured
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "sakpore@localhost")

_ADMINS: list[str] = env.list("ADMINS", [])
ADMINS = [("", address) for address in _ADMINS]  # are told of what broke, without what was sent
DEFAULT_EXCEPTION_REPORTER = "geoportal.discretion.Reporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "geoportal.discretion.NothingPersonal"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "geoportal.discretion.Lines",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
