import Bundle
import Configuration
import Deployment
import JSON
import Serving
import TestSupport
import Testing

/// What `/openapi.json` has of the tables of routes and failures, and of the model.
@Suite struct InterfaceDocumentTests {
    private static let methods: Set<String> = ["get", "head", "post"]

    private func document(_ answer: HTTPAnswer) throws -> JSONObject {
        #expect(answer.status == 200)
        return try #require(try JSONValue(parsing: answer.body.span, depthMax: 32).asObject)
    }

    private func exchange(
        _ worker: WorkerUnderTest, _ client: ClientSocket,
        _ request: HTTPRequest = .get("/openapi.json")
    ) throws -> HTTPAnswer {
        try worker.exchange(client, request)
    }

    private static let serviceRoutes = Route.table.filter { $0.isServed(by: .service) }

    @Test(arguments: serviceRoutes)
    func `every route says in a line what it does`(route: Route) {
        #expect(!route.summary.isEmpty, "\(route.path): give its handler a description")
        #expect(!route.summary.hasSuffix("."))
    }

    @Test(arguments: [1, 16_384])
    func `there is a sample of every type of problem`(bodyBytesMax: Int) {
        let samples = FailureSamples.all(bodyBytesMax: bodyBytesMax).map(\.row.problem)
        #expect(Set(samples) == Set(ProblemType.allCases))
        #expect(samples.count == ProblemType.allCases.count)
    }

    @Test func `every route that is served has each of its statuses, and no other route is there`()
        throws
    {
        let worker = try WorkerUnderTest()
        let document = try document(exchange(worker, worker.client()))
        let paths = try #require(document["paths"]?.asObject)
        let routes = InterfaceDocumentTests.serviceRoutes
        #expect(Set(paths.members.map(\.name)) == Set(routes.map { "\($0.path)" }))
        for route in routes {
            let operations = try #require(paths["\(route.path)"]?.asObject)
            let methods = route.allowedMethods.lowercased().split(separator: ", ").map(String.init)
            #expect(methods.allSatisfy { operations[$0] != nil })
            for operation in operations.members where methods.contains(operation.name) {
                let answers = operation.value.asObject?["responses"]?.asObject
                let found = Set(answers?.members.map(\.name) ?? [])
                let failures = Set(route.problems.map { "\($0.status)" })
                #expect(found.isSuperset(of: failures), "\(operation.name) \(route.path)")
                #expect(found.subtracting(failures).isSubset(of: ["200", "304", "503"]))
                #expect(found.contains("200"))
            }
        }
    }

    @Test func `what a prediction may be answered with is what its phases may throw`() throws {
        let route = try #require(Route.table.first { "\($0.path)" == "/predict" })
        // Other paths and methods, answers to administrators and about stored customers are no
        // answers of it.
        let others: Set<ProblemType> = [
            .notFound, .methodNotAllowed, .invalidCommand, .modelRefused, .invalidCustomerID,
            .customerNotReadable, .customerNotFound, .featuresMissing, .featuresStale,
            .featuresUnreadable,
        ]
        #expect(route.problems == Set(ProblemType.allCases).subtracting(others))
    }

    @Test func `another model gives another document, and the same one is not sent again`() throws {
        let worker = try WorkerUnderTest()
        let client = try worker.client()
        let first = try exchange(worker, client)
        let tag = try #require(first["ETag"])
        #expect(first["Cache-Control"] == "no-cache")
        #expect(try exchange(worker, client).body == first.body)
        let known = HTTPRequest.get("/openapi.json").with("If-None-Match", "\"x\", W/\(tag)")
        #expect(try exchange(worker, client, known).status == 304)

        let second = try ModelBundle(directory: ProjectPlaces.root + "/Models/telco-churn/2")
        worker.deployed.publish(Deployment(primary: second)) {}
        try worker.reactor.turns(until: "the model is taken") {
            try exchange(worker, client)["ETag"] != tag
        }
        let other = try exchange(worker, client, known)
        #expect(try document(first)["info"]?.asObject?["x-model"] == .string("telco-churn/1"))
        #expect(try document(other)["info"]?.asObject?["x-model"] == .string("telco-churn/2"))
    }

    @Test(arguments: [
        ("*", true), ("TAG", true), ("W/TAG", true), ("\"x\", TAG", true), ("TAG,\"x\"", true),
        ("\"x\",,\t W/TAG ,", true), ("\"\"", false), (",", false), ("W/", false),
        ("W/W/TAG", false), ("w/TAG", false), ("TAGTAG", false), ("x\"TAG", false),
    ])
    func `content that If-None-Match names is not sent`(condition: String, isNamed: Bool) throws {
        let worker = try WorkerUnderTest()
        let client = try worker.client()
        for path in ["/docs", "/docs/docs.js", "/openapi.json"] {
            let tag = try #require(try exchange(worker, client, .get(path))["ETag"])
            let request = HTTPRequest.get(path)
                .with("If-None-Match", condition.replacing("TAG", with: tag))
            let answer = try exchange(worker, client, request)
            #expect(answer.status == (isNamed ? 304 : 200))
            #expect(answer.body.isEmpty == isNamed)
            #expect(answer["ETag"] == tag)
        }
    }

    @Test(arguments: [
        ("/docs", "text/html; charset=utf-8"), ("/docs/docs.css", "text/css; charset=utf-8"),
        ("/docs/docs.js", "text/javascript; charset=utf-8"), ("/docs/icon.svg", "image/svg+xml"),
    ])
    func `the page and its files allow nothing from elsewhere`(path: String, type: String) throws {
        let worker = try WorkerUnderTest()
        let answer = try exchange(worker, worker.client(), .get(path))
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == type)
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(answer["Referrer-Policy"] == "no-referrer")
        #expect(answer["Cache-Control"] == "no-cache")
        let policy = try #require(answer["Content-Security-Policy"])
        for part in [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ] {
            #expect(policy.contains(part))
        }
        #expect(!policy.contains("unsafe"))
    }

    @Test(arguments: ["/docs/", "/docs/docs.jsx", "/docs/docs.html", "/docs/..", "/docs/%64ocs.js"])
    func `there is no other file`(path: String) throws {
        let worker = try WorkerUnderTest()
        let answer = try exchange(worker, worker.client(), .get(path))
        #expect(answer.status == 404)
        #expect(answer.text.contains("not-found"))
    }

    @Test func `the example of a record gets the answer that is shown`() throws {
        let worker = try WorkerUnderTest()
        let client = try worker.client()
        let document = try document(exchange(worker, client))
        let operation = try #require(
            document["paths"]?.asObject?["/predict"]?.asObject?["post"]?.asObject)
        let content = operation["requestBody"]?.asObject?["content"]?.asObject
        let example = try #require(content?["application/json"]?.asObject?["example"])
        var writer = JSONWriter()
        writer.value(example)
        let token = try TokenFactory().token("alice")
        let body = String(decoding: writer.finish(), as: UTF8.self)
        let answer = try exchange(worker, client, .predict(token: token, body: body))
        let found = try self.document(answer)
        let reference = try #require(
            operation["responses"]?.asObject?["200"]?.asObject?["$ref"]?.asString)
        let name = String(reference.split(separator: "/").last ?? "")
        let shown = document["components"]?.asObject?["responses"]?.asObject?[name]?.asObject?[
            "content"]?.asObject?["application/json"]?.asObject?["example"]?.asObject
        #expect(shown?.members.map(\.name) == found.members.map(\.name))
        for member in ["customer_id", "churn_prediction", "churn_probability", "risk_level"] {
            #expect(shown?[member] == found[member], "\(member)")
        }
    }

    @Test func `HEAD has the length and no content`() throws {
        let worker = try WorkerUnderTest()
        let client = try worker.client()
        let get = try exchange(worker, client)
        try client.send(HTTPRequest("HEAD", "/openapi.json").bytes)
        try worker.reactor.turns(until: "it is answered") { client.hasNews }
        let head = try client.readAnswer(toHEAD: true)
        #expect(head["Content-Length"] == "\(get.body.count)")
        #expect(head["ETag"] == get["ETag"])
    }

    @Test(
        arguments: [
            ([], []), ([.predict], ["/predict"]), ([.batch], ["/v1/predict/batch"]),
            ([.sagemaker], ["/invocations", "/ping"]),
            ([.docs], ["/docs", "/docs/{file}", "/openapi.json"]),
        ] as [([RouteFamily], [String])])
    func `a family that is off is not served, and what has none always is`(
        families: [RouteFamily], paths: [String]
    ) {
        let always = ["/health", "/livez", "/logout", "/readyz"]
        let table = RouteTable(.service, families: families)
        #expect(table.all.map { "\($0.path)" }.sorted() == (always + paths).sorted())
    }
}
