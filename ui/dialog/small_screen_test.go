package dialog

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// compactView returns what a dialog shows without frame and spaces, to find texts across line
// breaks.
func compactView(d Dialog) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", "", "┃", "").Replace(plainView(d))), "")
}

func TestPhraseIsCompleteOnSmallestScreen(t *testing.T) {
	for _, name := range []string{"web-01", "web-server-01", "a-server-of-32-characters-in-all",
		strings.Repeat("long-name-", 6) + "0123"} {
		for _, height := range []int{9, 11} {
			options := restoreOptions
			options.Phrase = &Phrase{Text: name, Prompt: "Type " + name + " to confirm"}
			confirm := openConfirm(options)
			confirm.SetSize(38, height)
			checkSize(t, confirm, 38, height)
			if !strings.Contains(compactView(confirm), "Type"+name+"toconfirm") {
				t.Errorf("%s is not complete:\n%s", name, plainView(confirm))
			}
			if len(name) <= 32 {
				checkShown(t, confirm, name) // on one line
			}
			pressKeys(t, confirm, "tab", "enter")
			if !strings.Contains(compactView(confirm), "Doesn'tmatch:type"+name) {
				t.Errorf("it does not say that %s is missing:\n%s", name, plainView(confirm))
			}
			checkShown(t, confirm, "▸ Restore")
		}
	}
}

func TestCheckboxIsVisibleOnSmallestScreen(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	confirm.SetSize(38, 9)
	checkShown(t, confirm, "[✓] take a snapshot first", "You will lose: ")
}

func longForm() FormOptions {
	fields := []Field{}
	for _, name := range []string{"one", "two", "three"} {
		fields = append(fields, Field{Key: name, Title: "Field " + name, Check: func(text string) error {
			if text == "!" {
				return errors.New("this value is invalid, and this message is long enough to wrap")
			}
			return nil
		}})
	}
	fields = append(fields, Field{Key: "which", Title: "Include", Choices: []Choice{
		{"best", "the best, with a label so long that it takes two lines"}, {"", "none of them"},
		{"worst", "everything, including the worst"},
	}})
	return FormOptions{Title: "Long", Fields: fields, SubmitLabel: "go",
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%s", v["which"]) }}
}

func TestFormShowsFocusedFieldOnSmallestScreen(t *testing.T) {
	for _, height := range []int{9, 11, 23} {
		runForm(t, longForm(), func(runner *formRunner) {
			runner.SetSize(38, height)
			runner.settle()
			for _, typed := range []string{"a", "b", "c"} {
				runner.press(typed)
				checkShown(t, runner.Form, "┃ › "+typed)
				runner.press("enter")
			}
			for _, choice := range []string{"┃ ▸ the best", "┃ ▸ none of them", "┃ ▸ everything"} {
				checkSize(t, runner.Form, 38, height)
				checkShown(t, runner.Form, choice)
				runner.press("down")
			}
		})
	}
}

func TestFirstChoiceIsDefault(t *testing.T) {
	runForm(t, longForm(), func(runner *formRunner) {
		runner.press("enter", "enter", "enter", "enter")
		runner.checkResult("best")
	})
}

func TestProblemIsReadableInNarrowForm(t *testing.T) {
	runForm(t, longForm(), func(runner *formRunner) {
		runner.SetSize(38, 11)
		runner.press("!", "enter")
		if !strings.Contains(compactView(runner.Form), "thismessageislongenoughtowrap") {
			t.Errorf("the problem is cut:\n%s", plainView(runner.Form))
		}
		checkShown(t, runner.Form, "┃ › !")
	})
}
