package style

import "strings"

// The signs that stand beside a word. All are one rune and one cell wide in every terminal, and each has an ASCII stand-in
// below.
const (
	Active     = "●" // states
	Stopped    = "○"
	Suspended  = "⊘"
	Running    = "◐"
	Done       = "✓"
	Failed     = "✗"
	Unknown    = "◌"
	Warning    = "▲"
	Automatic  = "◆" // kinds of restore points
	Manual     = "◇"
	Snapshot   = "▼"
	Bar        = "▌" // left of the row under the cursor
	Marked     = "•"
	Anchor     = "◈" // a marked row from which a range would be marked
	BarThin    = "▏" // the same in a pane without the focus
	Full       = "■" // a quota's places
	Free       = "□"
	Fill       = "━" // a progress bar
	Track      = "─"
	Ascending  = "↑"
	Descending = "↓"
	Dot        = "·"
	Dash       = "–"
	Ellipsis   = "…"
	Focus      = "▸" // before the focused button and tab
	Checked    = "[✓]"
	Unchecked  = "[ ]"
	Prompt     = "›"
	More       = "▾" // there are rows beyond the edge
	MoreUp     = "▴"
)

var asciiReplacer = strings.NewReplacer(
	Active, "*", Stopped, "o", Suspended, "x", Running, "~", Done, "+", Failed, "!", Unknown, "?", Warning, "!",
	Automatic, "a", Manual, "m", Snapshot, "s", "┼", "+", "┤", "|",
	Bar, ">", BarThin, "'", Marked, "*", Anchor, "@", Full, "#", Free, ".", Fill, "=", Ascending, "^", Descending, "v", "←", "<", "→", ">", "↵", "/",
	Dot, "-", Dash, "-", "—", "-", Ellipsis, "~", Focus, ">", Prompt, ">", More, "v", MoreUp, "^",
	"“", "\"", "”", "\"", "’", "'", "‹", "<", "›", ">", "�", "?",
	"╭", "+", "╮", "+", "╰", "+", "╯", "+", "─", "-", "│", "|", "┃", "|", "├", "+", "┤", "+",
)

// ASCII replaces every sign of ours by one that any font has, cell for cell.
func ASCII(screen string) string { return asciiReplacer.Replace(screen) }
