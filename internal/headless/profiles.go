package headless

import (
	"io"
	"strconv"
)

// ProfileRow is an account of the config, in its JSON and CSV form.
type ProfileRow struct {
	Profile string `json:"profile"` // its name; "none": the account without a profile
	InUse   bool   `json:"in_use"`
	API     string `json:"api"`     // the host
	Token   string `json:"token"`   // a description of its source; never the token itself
	Actions string `json:"actions"` // how they are confirmed, or read-only
	Stripe  string `json:"stripe"`  // the colour; "": none
}

// WriteProfiles writes the accounts of the config.
func WriteProfiles(w io.Writer, format Format, rows []ProfileRow) error {
	return writeRows(w, format, rows, profileColumns)
}

var profileColumns = []column[ProfileRow]{
	{field: "in_use", title: " ", value: func(r ProfileRow) string { return strconv.FormatBool(r.InUse) },
		display: func(r ProfileRow) string {
			if r.InUse {
				return "*"
			}
			return ""
		}},
	{field: "profile", title: "PROFILE", value: func(r ProfileRow) string { return r.Profile }},
	{field: "api", title: "API", value: func(r ProfileRow) string { return r.API }},
	{field: "token", title: "TOKEN", value: func(r ProfileRow) string { return r.Token }},
	{field: "actions", title: "ACTIONS", value: func(r ProfileRow) string { return r.Actions }},
	{field: "stripe", title: "STRIPE", value: func(r ProfileRow) string { return r.Stripe },
		display: func(r ProfileRow) string {
			if r.Stripe == "" {
				return "-"
			}
			return r.Stripe
		}},
}
