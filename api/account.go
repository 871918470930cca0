package api

import (
	"context"
	"encoding/json"

	"vpsdeck/model"
)

type accountResponse struct {
	Account account `json:"account"`
	Token   token   `json:"token"`
}

type account struct {
	Email     string   `json:"email"`
	FirstName string   `json:"first_name"`
	LastName  string   `json:"last_name"`
	Company   string   `json:"company_name"`
	CreatedAt rawField `json:"created_at"` // a bare date [E]
}

type token struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
}

func (m accountResponse) toModel() model.Account {
	created, _ := parseTime(m.Account.CreatedAt)
	a := model.Account{
		Email:     model.Clean(m.Account.Email),
		FirstName: model.Clean(m.Account.FirstName),
		LastName:  model.Clean(m.Account.LastName),
		Company:   model.Clean(m.Account.Company),
		CreatedAt: created,
		TokenName: model.Clean(m.Token.Name),
	}
	for _, permission := range m.Token.Permissions {
		a.Permissions = append(a.Permissions, model.Clean(permission))
	}
	return a
}

// Account returns the owner of the token; any live token may ask [D]. If the API does not have this
// endpoint, the error is
// model.ErrNotFound or model.ErrForbidden. Callers can go on without it.
func (c *Client) Account(ctx context.Context) (model.Account, error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	a, failure := c.get(ctx, c.urlFor("/account/me/", nil))
	if failure != nil {
		return model.Account{}, failure
	}
	var m accountResponse
	if err := json.Unmarshal(a.body, &m); err != nil {
		return model.Account{}, c.badResponse(a, describeJSONError(a.body, err))
	}
	return m.toModel(), nil
}
