import { render } from 'preact';
import { App } from './App.js';
import '../shared/base.css';
import './page.css';

const root = document.getElementById('app')!;
root.replaceChildren();
render(<App />, root);
