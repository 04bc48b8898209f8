"""Pages of the applicant and of the desks. Audience = prefix = module."""

from typing import Any

from django.urls import path

from permits.pages import apply, bill, case, counter, delivery, follow, life, papers, post, queue, survey

urlpatterns: list[Any] = [
    path("permohonan/", apply.mine, name="apply-mine"),
    path("permohonan/baru/", apply.choose, name="apply-choose"),
    path("permohonan/wilayah/", apply.village, name="apply-village"),
    path("permohonan/alamat/", apply.address, name="apply-address"),
    path("permohonan/<str:public_id>/", follow.overview, name="apply-own"),
    path("permohonan/<str:public_id>/isi/dokumen/", papers.papers, name="apply-papers"),
    path("permohonan/<str:public_id>/isi/<slug:slug>/", apply.step, name="apply-step"),
    path("permohonan/<str:public_id>/ringkasan/", apply.summary, name="apply-summary"),
    path("permohonan/<str:public_id>/terkirim/", apply.receipt, name="apply-receipt"),
    path("permohonan/<str:public_id>/pin/", apply.pin, name="apply-pin"),
    path("permohonan/<str:public_id>/perbaikan/", follow.answer, name="apply-answer"),
    path("permohonan/<str:public_id>/batal/", follow.withdraw, name="apply-withdraw"),
    path("permohonan/<str:public_id>/penyerahan/", delivery.choose, name="apply-delivery"),
    path("permohonan/<str:public_id>/tagihan/", bill.bill, name="apply-bill"),
    path("permohonan/<str:public_id>/tagihan/surat/", bill.letter, name="bill-letter"),
    path("survei/<str:token>/", survey.answer, name="survey"),
    path("lacak/", follow.track, name="track"),
    path("petugas/antrean/", queue.queue, name="queue"),
    path("petugas/antrean/bagi/", queue.assign, name="queue-assign"),
    path("petugas/permohonan/baru/", counter.counter, name="counter"),
    path("petugas/permohonan/<str:public_id>/", case.case, name="case"),
    path("petugas/permohonan/<str:public_id>/serah/", delivery.hand_over, name="hand-over"),
    path("petugas/permohonan/<str:public_id>/tagihan/", bill.desk, name="case-bill"),
    path("petugas/izin/", life.find, name="permit-find"),
    path("petugas/izin/<str:public_id>/", life.permit, name="permit-life"),
    path("petugas/pos/", post.room, name="post-room"),
    path("petugas/pos/cetak/", post.prints, name="post-prints"),
    path("petugas/pos/<str:public_id>/", post.move, name="post-move"),
    path("petugas/permohonan/<str:public_id>/langkah/", case.move, name="case-move"),
    path("petugas/permohonan/<str:public_id>/perbaikan/", case.correction, name="case-correction"),
    path("petugas/permohonan/<str:public_id>/catatan/", case.note, name="case-note"),
    path("petugas/permohonan/<str:public_id>/draf/", case.draft, name="case-draft"),
    path("petugas/permohonan/<str:public_id>/laporan/", case.report, name="case-report"),
]
