package dialog

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// compactView is what a dialog shows without its frame and its spaces, so that a text is found however it is broken into lines.
func compactView(d Dialog) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "┃", "").Replace(plainView(d))), "")
}

func TestPhraseIsCompleteOnSmallestScreen(t *testing.T) {
	for _, name := range []string{"web-01", "web-server-01", "a-server-of-32-characters-in-all", strings.Repeat("long-name-", 6) + "0123"} {
		for _, height := range []int{9, 11} {
			a := restoreOptions
			a.Phrase = &Phrase{Text: name, Prompt: "Type the server's name, " + name + ", to confirm"}
			q := openConfirm(a)
			q.SetSize(38, height)
			checkSize(t, q, 38, height)
			if !strings.Contains(compactView(q), "Type"+name+"toconfirm") {
				t.Errorf("%s is not whole:\n%s", name, plainView(q))
			}
			if len(name) <= 32 {
				checkShown(t, q, name) // on one line
			}
			pressKeys(t, q, "tab", "enter")
			if !strings.Contains(compactView(q), "Notyet:type"+name) {
				t.Errorf("it does not say that %s is missing:\n%s", name, plainView(q))
			}
			checkShown(t, q, "▸ Restore")
		}
	}
}

func TestCheckboxIsVisibleOnSmallestScreen(t *testing.T) {
	q := openConfirm(restoreOptions)
	q.SetSize(38, 9)
	checkShown(t, q, "[✓] take a snapshot first", "is lost: ")
}

func longForm() FormOptions {
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
	return FormOptions{Title: "Long", Fields: fields, SubmitLabel: "go", OnSubmit: func(v Values) tea.Cmd { return resultCmd("%s", v["which"]) }}
}

func TestFormShowsFocusedFieldOnSmallestScreen(t *testing.T) {
	for _, height := range []int{9, 11, 23} {
		runForm(t, longForm(), func(d *formRunner) {
			d.SetSize(38, height)
			d.settle()
			for _, typed := range []string{"a", "b", "c"} {
				d.press(typed)
				checkShown(t, d.Form, "┃ › "+typed)
				d.press("enter")
			}
			for _, choice := range []string{"┃ ▸ the best", "┃ ▸ none of them", "┃ ▸ everything"} {
				checkSize(t, d.Form, 38, height)
				checkShown(t, d.Form, choice)
				d.press("down")
			}
		})
	}
}

func TestFirstChoiceIsDefault(t *testing.T) {
	runForm(t, longForm(), func(d *formRunner) {
		d.press("enter", "enter", "enter", "enter")
		d.checkResult("best")
	})
}

func TestProblemIsReadableInNarrowForm(t *testing.T) {
	runForm(t, longForm(), func(d *formRunner) {
		d.SetSize(38, 11)
		d.press("!", "enter")
		if !strings.Contains(compactView(d.Form), "thereasonforitistoldatsomelength") {
			t.Errorf("the problem is cut:\n%s", plainView(d.Form))
		}
		checkShown(t, d.Form, "┃ › !")
	})
}
