// XMPP clients one by one: what each of them offers, as far as it offers it, against the gateway and with users of the other
// protocols on the other side.

import { classic } from './xmpp/classic.mjs';
import { features } from './xmpp/features.mjs';
import { terminals } from './xmpp/terminals.mjs';

classic();
features();
terminals();
