package style

import "strings"

// The signs that stand beside a word. All are one rune and one cell wide in every terminal, and each has an ASCII stand-in
// below.
const (
	Live       = "●" // states
	Stopped    = "○"
	Barred     = "⊘"
	Running    = "◐"
	Done       = "✓"
	Failed     = "✗"
	Unknown    = "◌"
	Late       = "▲"
	Automatic  = "◆" // kinds of restore points
	Manual     = "◇"
	Snapshot   = "▼"
	Bar        = "▌" // left of the row under the cursor
	Marked     = "•"
	Anchor     = "◈" // a marked row from which a range would be marked
	Thin       = "▏" // the same in a pane without the focus
	Full       = "■" // a quota's places
	Free       = "□"
	Fill       = "━" // a progress bar
	Rest       = "─"
	Ascending  = "↑"
	Descending = "↓"
	Dot        = "·"
	Dash       = "–"
	Ellipsis   = "…"
	Focus      = "▸" // before the focused button and tab
	Ticked     = "[✓]"
	Unticked   = "[ ]"
	Prompt     = "›"
	More       = "▾" // there are rows beyond the edge
	MoreUp     = "▴"
)

var ascii = strings.NewReplacer(
	Live, "*", Stopped, "o", Barred, "x", Running, "~", Done, "+", Failed, "!", Unknown, "?", Late, "!",
	Automatic, "a", Manual, "m", Snapshot, "s", "┼", "+", "┤", "|",
	Bar, ">", Thin, "'", Marked, "*", Anchor, "@", Full, "#", Free, ".", Fill, "=", Ascending, "^", Descending, "v", "←", "<", "→", ">", "↵", "/",
	Dot, "-", Dash, "-", "—", "-", Ellipsis, "~", Focus, ">", Prompt, ">", More, "v", MoreUp, "^",
	"“", "\"", "”", "\"", "’", "'", "‹", "<", "›", ">", "�", "?",
	"╭", "+", "╮", "+", "╰", "+", "╯", "+", "─", "-", "│", "|", "┃", "|", "├", "+", "┤", "+",
)

// ASCII replaces every sign of ours by one that any font has, cell for cell.
func ASCII(screen string) string { return ascii.Replace(screen) }
