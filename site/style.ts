import { createHash } from 'node:crypto';

/** The one stylesheet, inside each page: nothing is loaded from anywhere. System fonts and colours, light or dark as the reader has it. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --quiet: #55555e; --line: #8a8a94; --act: #0b5cad; --on-act: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf1; --paper: #17171b; --quiet: #b2b2bd; --line: #777782; --act: #8ec2ff; --on-act: #10131a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 36rem; padding: 2rem 1.25rem 3rem; color: var(--ink); background: var(--paper);
  font: 1.0625rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
p { margin: 0 0 1rem; }
a { color: var(--act); }
.quiet { color: var(--quiet); font-size: .9375rem; }
.notice { border-left: .25rem solid var(--act); padding-left: .75rem; }
.text { white-space: pre-line; }
form { margin: 1.5rem 0; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; }
legend { padding: 0; margin-bottom: .5rem; }
label { display: block; padding: .4rem 0; }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; margin: 0 .5rem 0 0; vertical-align: -.2rem; accent-color: var(--act); }
input[type=text] { display: block; width: 100%; margin-top: .25rem; padding: .6rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .375rem; }
button, .button { display: inline-block; padding: .7rem 1.25rem; font: inherit; font-weight: 600; text-decoration: none;
  color: var(--on-act); background: var(--act); border: 0; border-radius: .375rem; cursor: pointer; }
:focus-visible { outline: .1875rem solid var(--act); outline-offset: .125rem; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
`;

/** The stylesheet's source in a Content-Security-Policy: no other style runs, least of all one that came in with a headline. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
