import Features
import JSON
import Testing

@Suite struct DerivationTests {
    private func record(_ customer: Customer) throws -> Record {
        var decoder = RecordDecoder(schema: Telco.schema)
        #expect(try decoder.decode(customer.body.span))
        return decoder.record
    }

    @Test(arguments: [
        (0, "0-12"), (1, "0-12"), (12, "0-12"), (13, "13-24"), (24, "13-24"), (25, "25-48"),
        (48, "25-48"), (49, "49-72"), (72, "49-72"),
    ])
    func `tenure falls into the group whose upper edge it does not pass`(
        months: Int, group: String
    ) throws {
        let index = try record(.valid.with("tenure", "\(months)")).values[19]
        let labels = try #require(Telco.schema.features[19].categories)
        #expect(labels[Int(index)] == group)
    }

    /// A customer with these services: `lines` is of the phone, `extras` of the internet.
    private func customer(lines: String?, internet: String, extras: [String]) -> Customer {
        var customer = Customer.valid
            .with("PhoneService", lines == nil ? #""No""# : #""Yes""#)
            .with("MultipleLines", "\"\(lines ?? "No phone service")\"")
            .with("InternetService", "\"\(internet)\"")
        for name in [
            "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV",
            "StreamingMovies",
        ] {
            let none = internet == "No" ? #""No internet service""# : #""No""#
            customer = customer.with(name, extras.contains(name) ? #""Yes""# : none)
        }
        return customer
    }

    @Test func `services are counted and their absence is not`() throws {
        let every = [
            "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV",
            "StreamingMovies",
        ]
        let cases: [(Customer, Double)] = [
            (customer(lines: nil, internet: "No", extras: []), 0),
            (customer(lines: "No", internet: "No", extras: []), 1),
            (customer(lines: "Yes", internet: "No", extras: []), 2),
            (customer(lines: nil, internet: "DSL", extras: []), 1),
            (customer(lines: nil, internet: "Fiber optic", extras: []), 1),
            (customer(lines: nil, internet: "DSL", extras: every), 7),
            (customer(lines: "No", internet: "Fiber optic", extras: ["TechSupport"]), 3),
            (customer(lines: "Yes", internet: "Fiber optic", extras: every), 9),
        ]
        for (customer, count) in cases {
            #expect(try record(customer).values[20] == count)
        }
        for name in every {
            let customer = customer(lines: "No", internet: "DSL", extras: [name])
            #expect(try record(customer).values[20] == 3, "\(name)")
        }
    }

    @Test func `a record made of field values has the derived ones a request would have`() throws {
        let derivation = Derivation(Telco.schema)
        for months in [0, 12, 13, 72] {
            let expected = try record(.valid.with("tenure", "\(months)"))
            #expect(derivation.record(of: Array(expected.values.prefix(19))) == expected)
        }
    }

    @Test func `bins of a number have their edges where they are written`() throws {
        let text = """
            {"type":"object","properties":{"x":{"type":"number","minimum":-1,"maximum":1}},
            "required":["x"],"additionalProperties":false,
            "x-derived":{"g":{"kind":"bins","field":"x","upperEdges":[-0.5,0.25,2],
            "labels":["a","b","c"]}}}
            """
        let derivation = Derivation(try Schema(json: text.utf8.span))
        let cases: [(Double, Double)] = [
            (-1, 0), (-0.5, 0), ((-0.5).nextUp, 1), (0.25, 1), (0.25.nextUp, 2), (1, 2),
        ]
        for (value, bin) in cases {
            #expect(derivation.record(of: [value]).values == [value, bin])
        }
    }
}
