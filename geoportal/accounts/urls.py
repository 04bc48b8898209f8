"""Pages of an account. The names are allauth's, which looks its pages up by them."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.usersessions import views as sessions
from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from geoportal.accounts import views


class _Base36(StringConverter):
    """Without it the first part of a reset link would swallow the dashes of the second."""

    regex = "[0-9A-Za-z]+"


register_converter(_Base36, "base36")

urlpatterns = [
    path("masuk/", views.SignIn.as_view(), name="login"),
    path("masuk/", views.SignIn.as_view(), name="account_login"),
    path("masuk/kode/", mfa.authenticate, name="mfa_authenticate"),
    path("keluar/", LogoutView.as_view(), name="account_logout"),
    path("akun/", views.home, name="account_home"),
    path("akun/daftar/", views.SignUp.as_view(), name="account_signup"),
    path("akun/telepon/", views.verify_phone, name="account_verify_phone"),
    path("akun/nonaktif/", account.account_inactive, name="account_inactive"),
    path("akun/undangan/<str:signed>/", views.invitation, name="invitation"),
    path("akun/email/", account.email, name="account_email"),
    path("akun/email/terkirim/", account.email_verification_sent, name="account_email_verification_sent"),
    path("akun/email/konfirmasi/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("akun/sandi/", account.password_change, name="account_change_password"),
    path("akun/sandi/buat/", account.password_set, name="account_set_password"),
    path("akun/ulang/", views.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("akun/lupa-sandi/", views.PasswordReset.as_view(), name="account_reset_password"),
    path("akun/lupa-sandi/terkirim/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "akun/lupa-sandi/selesai/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "akun/lupa-sandi/<base36:uidb36>-<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("akun/keamanan/", mfa.index, name="mfa_index"),
    path("akun/keamanan/ulang/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("akun/keamanan/aplikasi/", totp.activate_totp, name="mfa_activate_totp"),
    path("akun/keamanan/aplikasi/lepas/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("akun/keamanan/cadangan/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("akun/keamanan/cadangan/baru/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("akun/keamanan/cadangan/unduh/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("akun/keamanan/kunci/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("akun/keamanan/kunci/tambah/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("akun/keamanan/kunci/ulang/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("akun/keamanan/kunci/<int:pk>/hapus/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("akun/keamanan/kunci/<int:pk>/ubah/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("akun/sesi/", sessions.list_usersessions, name="usersessions_list"),
    path("akun/sesi/<int:pk>/keluar/", views.end_session, name="usersessions_end"),
]
