using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Web.Stream;

/// <summary>The forming minutes as they were last seen, and what of them is news.</summary>
sealed class FormingTail
{
    readonly Dictionary<string, string> _seen = [];

    public void Forget() => _seen.Clear();

    /// <summary>Those that are new or another since the last look.</summary>
    public async Task<IReadOnlyList<StreamEvent>> NextAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.Statement("forming_minutes");
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var events = new List<StreamEvent>();
        var present = new HashSet<string>();
        while (await rows.ReadAsync(cancellation))
        {
            var topic = $"{rows.GetString(0)}/{rows.GetString(1)}";
            var key = $"{topic}@{rows.GetUtc(2)}";
            present.Add(key);
            var text =
                $"{{\"symbol\":\"{rows.GetString(0)}\",\"timeframe\":\"{rows.GetString(1)}\",\"ts_utc\":\"{rows.GetUtc(2)}\","
                + $"\"open\":{rows.GetString(3)},\"high\":{rows.GetString(4)},\"low\":{rows.GetString(5)},\"close\":{rows.GetString(6)},"
                + $"\"last_tick\":\"{rows.GetUtc(7)}\",\"ticks\":{rows.GetInt32(8)},\"revision\":{rows.GetInt64(9)}}}";
            if (_seen.GetValueOrDefault(key) != text)
            {
                _seen[key] = text;
                events.Add(new StreamEvent(Subscription.Forming, key, text, topic));
            }
        }

        foreach (var gone in _seen.Keys.Where(key => !present.Contains(key)).ToList())
        {
            _seen.Remove(gone);
        }

        return events;
    }
}
