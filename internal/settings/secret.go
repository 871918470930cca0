package settings

import (
	"errors"
	"strings"

	"vpsdeck/model"
)

// maxToken is far above the length of any token, in bytes. More than that is the wrong file.
const maxToken = 4096

// minToken is far below the length of any token, in bytes. A shorter one would be masked in ordinary
// words of the API's answers.
const minToken = 4

// ParseToken makes a secret of a pasted token, without the white space around it. It rejects an
// empty text, several lines, quotes around the token, and anything but visible ASCII, which an HTTP
// header does not allow. It accepts a byte order mark, and UTF-16 with one. The error is a phrase
// to follow the token's source ("… is empty"), and never contains any of the token.
func ParseToken(text string) (model.Secret, error) {
	plain, err := decodeText([]byte(text))
	if err != nil {
		return model.Secret{}, err
	}
	text = strings.TrimSpace(string(plain))
	switch {
	case strings.Trim(text, `"'`) != text, strings.Trim(text, "“”‘’`") != text:
		return model.Secret{}, errors.New("has quotes around it: remove them")
	case text == "":
		return model.Secret{}, errors.New("is empty")
	case len(text) < minToken:
		return model.Secret{}, errors.New("is too short to be a token")
	case len(text) > maxToken:
		return model.Secret{}, errors.New("is too long to be a token")
	case strings.ContainsAny(text, "\r\n"):
		return model.Secret{}, errors.New("has more than one line: a token is one line and nothing else")
	}
	for _, r := range text {
		if r <= ' ' || r > '~' {
			return model.Secret{}, errors.New("contains a space or a character that no token has: copy the token again")
		}
	}
	return model.NewSecret(text), nil
}

// Token is an API token and its source, in words for a person: "VPS_API_TOKEN", "the system's
// keyring", or the path of a file.
type Token struct {
	Value  model.Secret
	Source string
}
