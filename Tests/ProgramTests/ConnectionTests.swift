import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    @Suite struct ConnectionTests {
        @Test func `thousands of idle connections cost little and are served`() throws {
            let limit = Int(try ProcessLimits.raiseDescriptorLimit())
            // Of the test process, which has other descriptors, too.
            let count = min(10_000, limit - 1000)
            try #require(count >= 2000, "the limit of open descriptors is \(limit)")
            let churnd = try ChurndProcess(["http.connections": "\(count + 100)"])
            let token = try TokenFactory().token("alice")
            let request = HTTPRequest.predict(token: token)
            let livez = HTTPRequest.get("/livez")

            func open(_ count: Int) throws -> [ClientSocket] {
                try (0..<count).map { _ in
                    let client = try churnd.client()
                    #expect(try client.exchange(livez).status == 200)
                    return client
                }
            }
            var clients = try open(100)
            #expect(try clients[0].exchange(request).status == 200)
            let before = try churnd.residentBytes
            clients += try open(count - clients.count)
            let perConnection = (try churnd.residentBytes - before) / (count - 100)
            print("\(count) connections, \(perConnection) bytes of resident memory each")
            #expect(perConnection < 2048)
            for index in stride(from: 0, to: count, by: count / 50) {
                #expect(try clients[index].exchange(request).status == 200)
            }
            #expect(try churnd.client().exchange(request).status == 200)
            // Without this the ports of so many connections are taken for a minute.
            for client in clients { client.reset() }
        }

        @Test func `over the limit of connections a client waits while all have a request`() throws
        {
            let churnd = try ChurndProcess(["http.connections": "5"])
            let request = HTTPRequest.get("/livez").bytes
            let clients = try (0..<5).map { _ in
                let client = try churnd.client()
                #expect(try client.exchange(.get("/livez")).status == 200)
                try client.send(Array(request.dropLast()))
                return client
            }
            let next = try churnd.client()
            try next.send(request)
            for _ in 0..<20 { #expect(try churnd.operations(.get("/livez")).status == 200) }
            #expect(!next.hasNews)
            for client in clients {
                try client.send([request[request.count - 1]])
                #expect(try client.readAnswer().status == 200)
            }
            // One of those that idle now gives way.
            #expect(try next.readAnswer().status == 200)
            try eventually("one is closed") { clients.count(where: \.hasNews) == 1 }
        }

        @Test func `a request that comes byte by byte is answered`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            for _ in 0..<2 {
                try client.sendByteByByte(String(decoding: request.bytes, as: UTF8.self))
                #expect(try client.readAnswer().status == 200)
            }
        }

        @Test func `chunked bodies and 100-continue are served`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let body = Customer.valid.json
            var request = HTTPRequest.predict(token: token)
            request.body = nil
            let chunks = body.utf8.map { "1\r\n\(Character(UnicodeScalar($0)))\r\n" }.joined()
            try client.send(request.with("Transfer-Encoding", "chunked").bytes)
            try client.send(chunks + "0\r\n\r\n")
            #expect(try client.readAnswer().status == 200)

            let head = request.with("Content-Length", "\(body.utf8.count)")
            try client.send(head.with("Expect", "100-continue").bytes)
            #expect(try client.readAnswer().status == 100)
            try client.send(body)
            #expect(try client.readAnswer().status == 200)
        }

        @Test func `a client that ends its side after whole requests gets its answers`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice")).bytes
            try client.send(request + request)
            client.finishSending()
            for _ in 0..<2 { #expect(try client.readAnswer().status == 200) }
            #expect(try client.readToEnd() == "")
        }

        @Test(arguments: [true, false])
        func `a thousand pipelined predictions are answered in order`(isInRedis: Bool) throws {
            let redis = isInRedis ? try RedisServer() : nil
            let flags = Deployment.patient.merging(["quota.limit": "1000"]) { _, new in new }
            let churnd = try ChurndProcess(redisPort: redis?.port, flags)
            let token = try TokenFactory().token("alice")
            let requests = (0..<1000).map { index in
                HTTPRequest.predict(
                    token: token, body: Customer.valid.named("customer-\(index)").json,
                    requestID: "request-\(index)")
            }
            let bytes = requests.flatMap(\.bytes)
            let client = try churnd.client(seconds: 60)
            var sent = 0
            var answers: [HTTPAnswer] = []
            try eventually("all are answered", within: 60) {
                if sent < bytes.count { sent += try client.sendNow(bytes[sent...]) }
                while client.hasNews { answers.append(try client.readAnswer()) }
                return answers.count == 1000
            }
            for (index, answer) in answers.enumerated() {
                #expect(answer.status == 200)
                #expect(answer["X-Request-Id"] == "request-\(index)")
                #expect(answer.member("customer_id")?.asString == "customer-\(index)")
                #expect(answer.quota?.left == 999 - index)
            }
        }
    }
}
