// What a service of Go and fasthttp does for a prediction: the same as predict.lua.
package main

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt"
	"github.com/gomodule/redigo/redis"
	"github.com/valyala/fasthttp"
)

const limit = 100000

type customer struct {
	Gender, Partner, Dependents, PhoneService, MultipleLines, InternetService, OnlineSecurity *string
	OnlineBackup, DeviceProtection, TechSupport, StreamingTV, StreamingMovies, Contract       *string
	PaperlessBilling, PaymentMethod                                                           *string
	SeniorCitizen, Tenure, MonthlyCharges, TotalCharges                                       *float64
}

type answer struct {
	Probability float64 `json:"churn_probability"`
	Churn       bool    `json:"churn"`
	Risk        string  `json:"risk"`
	Model       string  `json:"model"`
}

func problem(ctx *fasthttp.RequestCtx, status int) {
	ctx.SetStatusCode(status)
	ctx.SetContentType("application/problem+json")
	ctx.WriteString(`{"status":` + strconv.Itoa(status) + `}`)
}

func main() {
	secret := []byte(os.Getenv("PEER_SECRET"))
	pool := &redis.Pool{MaxIdle: 128, Dial: func() (redis.Conn, error) {
		return redis.Dial("tcp", "127.0.0.1:"+os.Getenv("PEER_REDIS_PORT"))
	}}
	parser := &jwt.Parser{ValidMethods: []string{"HS256"}}
	predict := func(ctx *fasthttp.RequestCtx) {
		token := strings.TrimPrefix(string(ctx.Request.Header.Peek("Authorization")), "Bearer ")
		var claims jwt.StandardClaims
		_, failure := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (interface{}, error) {
			return secret, nil
		})
		if failure != nil || claims.Subject == "" {
			problem(ctx, 401)
			return
		}
		var record customer
		if json.Unmarshal(ctx.PostBody(), &record) != nil {
			problem(ctx, 400)
			return
		}
		sum := -1.0
		for index, text := range []*string{record.Gender, record.Partner, record.Dependents,
			record.PhoneService, record.MultipleLines, record.InternetService, record.OnlineSecurity,
			record.OnlineBackup, record.DeviceProtection, record.TechSupport, record.StreamingTV,
			record.StreamingMovies, record.Contract, record.PaperlessBilling, record.PaymentMethod} {
			if text == nil {
				problem(ctx, 422)
				return
			}
			sum += float64(len(*text)) * 0.01 * float64(index%3-1)
		}
		for _, number := range []*float64{record.SeniorCitizen, record.Tenure,
			record.MonthlyCharges, record.TotalCharges} {
			if number == nil {
				problem(ctx, 422)
				return
			}
			sum += *number * 0.001
		}
		connection := pool.Get()
		defer connection.Close()
		quota := "peer:" + claims.Subject + ":" + strconv.FormatInt(time.Now().Unix()/3600, 10)
		connection.Send("EXISTS", "blacklist:"+token, "blacklist:"+claims.Id)
		connection.Send("INCR", quota)
		connection.Send("EXPIRE", quota, 3600)
		connection.Flush()
		revoked, _ := redis.Int(connection.Receive())
		count, failure := redis.Int(connection.Receive())
		connection.Receive()
		switch {
		case failure != nil:
			problem(ctx, 503)
		case revoked != 0:
			problem(ctx, 401)
		case count > limit:
			problem(ctx, 429)
		default:
			probability := 1 / (1 + math.Exp(-sum))
			risk := "high"
			if probability < 0.3 {
				risk = "low"
			}
			body, _ := json.Marshal(answer{probability, probability >= 0.5, risk, "peer/1"})
			ctx.Response.Header.Set("RateLimit", "r="+strconv.Itoa(limit-count))
			ctx.SetContentType("application/json")
			ctx.Write(body)
		}
	}
	if fasthttp.ListenAndServe("127.0.0.1:"+os.Args[1], predict) != nil {
		os.Exit(1)
	}
}
