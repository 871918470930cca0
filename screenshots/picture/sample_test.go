package picture_test

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"vpsdeck/internal/terminal"
)

func foreground(hex string) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(lipgloss.Color(hex))
}

// sampleScreen is a screen with everything that a picture has to get right: a table in a frame, a
// selected row, bars, every style, every symbol of the program, and a dialog over it.
func sampleScreen() terminal.Grid {
	bold, faint, blue := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true), foreground("#7dcfff")
	green, red, amber := foreground("#9ece6a"), foreground("#f7768e"), foreground("#e0af68")
	selected := lipgloss.NewStyle().Background(lipgloss.Color("#253152"))
	rows := []string{
		faint.Render("  NAME            STATUS         NEWEST    BK  SN "),
		"  db-server-02    " + green.Render("●") + " active        " + red.Render("never") + "     0   0 " +
			red.Bold(true).Render("✗ nothing"),
		selected.Render(blue.Inherit(selected).Render("▌") + selected.Bold(true).Render(" web-server-01   ") +
			green.Inherit(selected).Render("●") + selected.Render(" active      5 h ago     3   2           ")),
		"  web-server-03   " + blue.Render("◐") + " restoring   2 d ago     3   2 " + amber.Render("▲ late"),
		"  cache-01        " + faint.Render("○") + " stopped     5 h ago     7   0",
		"  legacy-app      " + faint.Render("⊘") + " suspended  21 d ago     1   0 " + amber.Render("⚠ late"),
	}
	table := lipgloss.NewStyle().Border(lipgloss.RoundedBorder()).BorderForeground(lipgloss.Color("#7dcfff")).Width(
		64).Height(16).Render(strings.Join(rows, "\n"))
	bars := blue.Render("━━━━━━━━━━━╸") + faint.Render("━━━━━━━━━━━━") + " 2 m 10 s  " + blue.Render("████▌") +
		faint.Render("░░░░░▒▒▓▓") + "  " + green.Render("▁▂▃▄▅▆▇█▇▆▅▄▃▂▁") + " ▏▎▍▌▋▊▉█ ⣀⣤⣶⣿⠋⠙"
	signs := "●○◐⊘✓✗▲△◆◇▌│━─░▓■□⚠↑↓…–—·▸▏◌→↵ " + bold.Render("✓ bold ✗ ●") + " " +
		lipgloss.NewStyle().Italic(true).Render("italic ✓") + " " +
		lipgloss.NewStyle().Underline(true).Render("under line gy") + " " +
		lipgloss.NewStyle().Reverse(true).Render(" reverse ") + " 日本 <&>"
	boxes := "┌─┬─┐ ┏━┳━┓ ╭─╮ ┍┯┑ ╺━╸ ╶─╴ ▛▀▜\n│ │ │ ┃ ┃ ┃ │ │ ┝┿┥ ╽ ╿ ╹ ╻ ▌ ▐\n├─┼─┤ ┣━╋━┫ ╰─╯ ┕┷┙ ╻ ╷ ╵ ╵ " +
		"▙▄▟\n└─┴─┘ ┗━┻━┛"
	foot := blue.Render("s") + faint.Render(" snapshot  · ") + " " + blue.Render("enter") + faint.Render(" open")
	page := strings.Join([]string{bold.Inherit(blue).Render(" vpsdeck") + faint.Render("  Acme Inc. · admin.vps.org"),
		table, bars, signs, boxes, foot}, "\n")
	dialog := lipgloss.NewStyle().Border(lipgloss.RoundedBorder()).BorderForeground(lipgloss.Color("#f7768e")).Padding(
		1, 3).Render(
		bold.Render("Restore web-server-01?") + "\n\nEverything written since 15 Jan 18:30\n(5 d 3 h) is lost.\n\n" +
			lipgloss.NewStyle().Background(lipgloss.Color("#f7768e")).Foreground(lipgloss.Color("#10141c")).Bold(
				true).Render("  No  ") + "   Yes")
	canvas := lipgloss.NewCanvas(100, 27)
	canvas.Compose(lipgloss.NewCompositor(lipgloss.NewLayer(page), lipgloss.NewLayer(dialog).X(40).Y(5).Z(1)))
	return terminal.GridOfView(canvas.Render(), 100, 27, colorprofile.TrueColor)
}
