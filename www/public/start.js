// Says why the page cannot start. A classic script, small and of the oldest kind, since it has to run where the page's own,
// which are modules, do not: it takes the place of the words in `#stuck`, which are shown after some seconds without it too.
// The page takes them away as soon as it runs.

(function () {
  // Whoever comes to the folder without a lab in mind begins with the first page. Opened as a file that has no pictures: here it is
  // said why.
  var bare = !location.hash && parent === window && /\/(index\.html)?$/.test(location.pathname);
  if (bare && location.protocol !== 'file:') {
    location.replace('story.html');
    return;
  }

  /** While the page has not started, its script is looked at. */
  var LOOK_MS = 5000;
  var why = plain();

  /** What can be told without asking the server. */
  function plain() {
    if (location.protocol === 'file:')
      return (
        'This page was opened as a file, and browsers load its scripts from a web server only. Serve the folder, for ' +
        'example with “python3 -m http.server”, and open the address that the server prints.'
      );
    if (self.origin === 'null')
      return (
        'The frame around this lab has the attribute “sandbox” without “allow-same-origin”, so that it may not start its ' +
        'worker. Whoever made the page around it can write sandbox="allow-scripts allow-same-origin", or leave it out.'
      );
    if (!('noModule' in HTMLScriptElement.prototype))
      return 'This browser is too old: it has no JavaScript modules. Any browser of 2023 or newer will do.';
    return '';
  }

  function say(words) {
    var place = document.getElementById('stuck');
    if (!place || !words) return;
    why = words;
    place.textContent = words;
    place.classList.add('known');
    var before = document.querySelector('.boot');
    if (before) before.remove();
    // The page around a frame hears of it as of any other error.
    if (parent !== window)
      parent.postMessage({ mnemoscope: 'state', state: 'error', step: 0, steps: 0 }, '*');
  }

  /** Asks the server for the page's script as it stands. */
  function look() {
    var script = document.querySelector('script[type=module]');
    if (why || !script || !document.getElementById('stuck')) return;
    fetch(script.src).then(
      function (answer) {
        var type = answer.headers.get('content-type') || 'no type';
        if (!answer.ok)
          say(
            'The server does not have this page’s script any more (it answers ' +
              answer.status +
              '). There may be a newer version: reload the page.',
          );
        else if (!/^(text|application)\/(x-)?(java|ecma)script/.test(type))
          say(
            'The server sends this page’s script as “' +
              type +
              '”, and browsers take a module as “text/javascript” only. Whoever runs the server can set the type of files ' +
              'that end in “.js”.',
          );
      },
      function () {
        say(
          'This page’s script could not be loaded: the network or the server is not there. Reload the page to try again.',
        );
      },
    );
  }

  addEventListener(
    'error',
    function (event) {
      if (event.target && event.target.tagName === 'SCRIPT') look();
    },
    true,
  );
  document.addEventListener('DOMContentLoaded', function () {
    say(why);
  });
  setTimeout(look, LOOK_MS);
})();
