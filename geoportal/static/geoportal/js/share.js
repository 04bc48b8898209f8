// Turns the link to a page into the phone's share sheet, or copies it. Without script it stays a link.
for (const link of document.querySelectorAll("[data-share]")) {
  link.addEventListener("click", async (event) => {
    if (!navigator.share && !navigator.clipboard) return;
    event.preventDefault();
    const url = link.href;
    try {
      if (navigator.share) {
        await navigator.share({ title: link.dataset.shareTitle, url });
      } else {
        await navigator.clipboard.writeText(url);
        link.querySelector("span").textContent = link.dataset.shareDone;
      }
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  });
}
