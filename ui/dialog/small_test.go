package dialog

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// bare is what a dialog shows without its frame and its spaces, so that a text is found however it is broken into lines.
func bare(d Dialog) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "┃", "").Replace(drawn(d))), "")
}

func TestTheNameThatMustBeTypedIsWholeOnTheSmallestScreen(t *testing.T) {
	for _, name := range []string{"web-01", "web-server-01", "a-server-of-32-characters-in-all", strings.Repeat("long-name-", 6) + "0123"} {
		for _, height := range []int{9, 11} {
			a := restores
			a.Phrase = &Phrase{Text: name, Prompt: "Type the server's name, " + name + ", to confirm"}
			q := ask(a)
			q.SetSize(38, height)
			checkSize(t, q, 38, height)
			if !strings.Contains(bare(q), "Type"+name+"toconfirm") {
				t.Errorf("%s is not whole:\n%s", name, drawn(q))
			}
			if len(name) <= 32 {
				show(t, q, name) // on one line
			}
			press(t, q, "tab", "enter")
			if !strings.Contains(bare(q), "Notyet:type"+name) {
				t.Errorf("it does not say that %s is missing:\n%s", name, drawn(q))
			}
			show(t, q, "▸ Restore")
		}
	}
}

func TestTheTickIsSeenAsLongAsItDecidesWhatIsSent(t *testing.T) {
	q := ask(restores)
	q.SetSize(38, 9)
	show(t, q, "[✓] take a snapshot first", "is lost: ")
}

func longForm() FormAsk {
	fields := []Field{}
	for _, name := range []string{"one", "two", "three"} {
		fields = append(fields, Field{Key: name, Title: "Field " + name, Check: func(text string) error {
			if text == "!" {
				return errors.New("this is not right, and the reason for it is told at some length")
			}
			return nil
		}})
	}
	fields = append(fields, Field{Key: "which", Title: "Of which", Choices: []Choice{
		{"best", "the best, in so many words that it takes two lines"}, {"", "none of them"}, {"worst", "everything, and what is worst at that"},
	}})
	return FormAsk{Title: "Long", Fields: fields, Enter: "go", Then: func(v Values) tea.Cmd { return says("%s", v["which"]) }}
}

func TestAFormShowsWhereOneIsOnTheSmallestScreen(t *testing.T) {
	for _, height := range []int{9, 11, 23} {
		atDesk(t, longForm(), func(d *desk) {
			d.SetSize(38, height)
			d.settle()
			for _, typed := range []string{"a", "b", "c"} {
				d.enter(typed)
				show(t, d.Form, "┃ › "+typed)
				d.enter("enter")
			}
			for _, choice := range []string{"┃ ▸ the best", "┃ ▸ none of them", "┃ ▸ everything"} {
				checkSize(t, d.Form, 38, height)
				show(t, d.Form, choice)
				d.enter("down")
			}
		})
	}
}

func TestTheFirstChoiceIsTheOneThatIsChosen(t *testing.T) {
	atDesk(t, longForm(), func(d *desk) {
		d.enter("enter", "enter", "enter", "enter")
		d.wants("best")
	})
}

func TestAProblemIsReadableInANarrowForm(t *testing.T) {
	atDesk(t, longForm(), func(d *desk) {
		d.SetSize(38, 11)
		d.enter("!", "enter")
		if !strings.Contains(bare(d.Form), "thereasonforitistoldatsomelength") {
			t.Errorf("the problem is cut:\n%s", drawn(d.Form))
		}
		show(t, d.Form, "┃ › !")
	})
}
