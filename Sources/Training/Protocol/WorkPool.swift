internal import Dispatch
internal import Synchronization

/// Independent pieces of work on a few threads. What comes out does not depend on how many.
enum WorkPool {
    /// The value of each piece, by its number. Pieces are begun in the order of `order`, which has
    /// every number once. After an error no further piece is begun, and it is thrown.
    static func map<Value: Sendable>(
        order: [Int], threads: Int,
        _ work: @escaping @Sendable (Int) throws(TrainingError) -> Value
    ) throws(TrainingError) -> [Value] {
        let results = Mutex([Result<Value, TrainingError>?](repeating: nil, count: order.count))
        let next = Mutex(0)
        @Sendable func takeWork() {
            while true {
                let place = next.withLock { place in
                    defer { place += 1 }
                    return place
                }
                guard place < order.count else { return }
                let result: Result<Value, TrainingError>
                do throws(TrainingError) {
                    result = .success(try work(order[place]))
                } catch {
                    result = .failure(error)
                    next.withLock { $0 = order.count }
                }
                let piece = order[place]
                results.withLock { $0[piece] = result }
            }
        }
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, order.count))) { _ in
            takeWork()
        }
        let found = results.withLock { $0 }
        for case .failure(let error) in found { throw error }
        return found.compactMap { result in
            if case .success(let value) = result { value } else { nil }
        }
    }
}
