// "Nearest first": asks the phone where it is, and asks for the list by distance from there.
const button = document.querySelector("[data-near]");
if (button && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const url = new URL(location.href);
        // about 10 m: enough to sort by, and no more than that
        url.searchParams.set("dekat", `${coords.longitude.toFixed(4)},${coords.latitude.toFixed(4)}`);
        url.searchParams.set("urut", "jarak");
        url.searchParams.delete("lanjut");
        location.assign(url);
      },
      () => {
        button.disabled = false;
        button.querySelector("span").textContent = button.dataset.nearFailed;
      },
      { maximumAge: 60000, timeout: 10000 },
    );
  });
}
