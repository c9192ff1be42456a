import TestSupport

/// Requests of a client, one after the other, and what it must get for them.
struct RandomPipeline {
    private(set) var bytes: [UInt8] = []
    private(set) var answers: [String] = []

    /// - Parameter bigBytesMax: the longest answer that is asked for.
    init(count: Int, bigBytesMax: Int, using random: inout SplitMix64) {
        for number in 0..<count {
            let text: String
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                text = RandomPipeline.get("/later/\(number)")
                answers.append("later /later/\(number)")
            case 1:
                let size = Int.random(in: 0...bigBytesMax, using: &random)
                text = RandomPipeline.get("/big/\(size)")
                answers.append(String(repeating: "b", count: size))
            case 2:
                let body = RandomPipeline.content(using: &random)
                text =
                    "POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: "
                    + "\(body.utf8.count)\r\n\r\n\(body)"
                answers.append("POST /\(number) \(body)")
            case 3:
                let body = RandomPipeline.content(using: &random)
                text =
                    "POST /\(number) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + RandomPipeline.chunks(of: body, using: &random)
                answers.append("POST /\(number) \(body)")
            default:
                text = RandomPipeline.get("/\(number)")
                answers.append("GET /\(number) ")
            }
            bytes += Array(text.utf8)
        }
    }

    private static func get(_ target: String) -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private static func content(using random: inout SplitMix64) -> String {
        let count = Int.random(in: 0...300, using: &random)
        return (0..<count).map { _ in Bool.random(using: &random) ? "a" : "b" }.joined()
    }

    private static func chunks(of body: String, using random: inout SplitMix64) -> String {
        var rest = body[...]
        var text = ""
        while !rest.isEmpty {
            let chunk = rest.prefix(Int.random(in: 1...50, using: &random))
            text += "\(String(chunk.count, radix: 16));x=y\r\n\(chunk)\r\n"
            rest = rest.dropFirst(chunk.count)
        }
        return text + "0\r\nDigest: z\r\n\r\n"
    }
}
