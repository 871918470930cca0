package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxPlainText = 300 // characters; longer plain text is a dump, not a sentence
	maxDepth     = 4   // of errors inside errors
	maxReasons   = 5   // more would not help the user
)

// messageFromBody extracts the API's message from an error's body, as one line. It looks under
// detail, error, message, errors and non_field_errors, then in each field, then for plain text. It
// returns "" for a web page, a cut-off body, and anything else not meant for a person. Nothing
// about these bodies is documented [I].
func messageFromBody(body []byte) string {
	text := strings.TrimSpace(string(body))
	if text == "" || !utf8.ValidString(text) {
		return ""
	}
	var value any
	if json.Unmarshal([]byte(text), &value) == nil {
		return oneLine(messageFromValue(value, 0))
	}
	if strings.ContainsRune(`<{["`, rune(text[0])) || utf8.RuneCountInString(text) > maxPlainText {
		return ""
	}
	return oneLine(text)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func messageFromValue(value any, depth int) string {
	if depth > maxDepth {
		return ""
	}
	switch v := value.(type) {
	case string:
		return v
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, messageFromValue(one, depth+1))
		}
		return joinMessages(all)
	case map[string]any:
		if message := messageFromKnownKeys(v, depth); message != "" {
			return message
		}
		return messageFromFields(v, depth)
	}
	return ""
}

// messageFromKnownKeys prefers a sentence to a single word, which is probably a code for programs.
func messageFromKnownKeys(object map[string]any, depth int) string {
	first := ""
	for _, key := range []string{"detail", "error", "message", "non_field_errors", "errors"} {
		message := messageFromValue(object[key], depth+1)
		if strings.Contains(message, " ") {
			return message
		}
		if first == "" {
			first = message
		}
	}
	return first
}

func messageFromFields(object map[string]any, depth int) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(object)) {
		if message := messageFromValue(object[field], depth+1); message != "" {
			all = append(all, field+": "+message)
		}
	}
	return joinMessages(all)
}

func joinMessages(all []string) string {
	all = slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
	return strings.Join(all[:min(len(all), maxReasons)], " ")
}
