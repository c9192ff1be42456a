import Bundle
import Deployment
import Reactor
import TestSupport
import Testing

@testable import Serving

@Suite struct CallPoolTests {
    @Test func `calls that wait for their next request let go of a replaced model`() throws {
        let worker = try WorkerUnderTest()
        let token = try TokenFactory().token("ann")
        let clients = try (0..<3).map { _ in try worker.client() }
        for client in clients { try client.send(HTTPRequest.predict(token: token).bytes) }
        for client in clients {
            try worker.reactor.turns(until: "it is answered") { client.hasNews }
            #expect(try client.readAnswer().status == 200)
        }
        let second = try ModelBundle(directory: ProjectPlaces.root + "/Models/telco-churn/2")
        worker.deployed.publish(Deployment(primary: second)) {}
        worker.reactor.turn(waitingAtMost: 0)
        #expect(worker.scorers.map { $0?.modelName } == [nil, Array("telco-churn/2".utf8)])
    }

    @Test(arguments: [1, 2048, 4000, 4097, 16384])
    func `an answered call keeps the memory of a small body and token, not of a large one`(
        count: Int
    ) throws {
        let worker = try WorkerUnderTest()
        let calls = worker.reactor.owner.calls
        let bytes = [UInt8](repeating: 7, count: count)
        let none: [UInt8] = []
        for isBody in [true, false] {
            let call = calls.pool.take(for: worker.reactor.owner.server, scorer: calls.model.scorer)
            let (body, token) = isBody ? (bytes, none) : (none, bytes)
            call.keep(body: body.span, token: token.span)
            calls.pool.giveBack(call)
            let kept = isBody ? call.keptBody : call.keptToken
            #expect(kept.count == (count <= 4096 ? count : 0))
            #expect((kept.capacity == 0) == (count > 4096))
            let again = calls.pool.take(
                for: worker.reactor.owner.server, scorer: calls.model.scorer)
            #expect(again === call)
            calls.pool.giveBack(again)
        }
    }
}
