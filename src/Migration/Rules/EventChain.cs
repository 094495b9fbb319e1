using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DxyOrleans.Migration.Rules;

/// <summary>An event of a run's log as it is hashed: all values as PostgreSQL writes them.</summary>
/// <param name="Run">Whose log.</param>
/// <param name="Seq">Its number, from 1.</param>
/// <param name="At">UTC, like <c>2024-11-05T10:00:00.000000</c>.</param>
/// <param name="Role">Who.</param>
/// <param name="Kind">What.</param>
/// <param name="Detail">JSON.</param>
/// <param name="Hash">As it is stored.</param>
public sealed record LoggedEvent(string Run, long Seq, string At, string Role, string Kind, string Detail, byte[] Hash);

/// <summary>
/// Goes through a run's log, event by event, and tells the first that is broken: each hash is that of the hash before and the event's own
/// values. Computed here and not by the database's function, so that whoever changed that one is found too.
/// </summary>
public sealed class EventChain
{
    byte[] _last = [];

    /// <summary>Events seen, up to the first broken one.</summary>
    public long Events { get; private set; }

    /// <summary>The last sound event's hash; empty before the first.</summary>
    public ReadOnlySpan<byte> Head => _last;

    /// <summary>What is broken first; null while nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>The event that is broken, missing or too many; null while none is.</summary>
    public long? Broken { get; private set; }

    public void Add(LoggedEvent next)
    {
        if (Fault is not null)
        {
            return;
        }

        if (next.Seq != Events + 1)
        {
            Break(Events + 1, $"event {Events + 1} is missing, {next.Seq} follows");
        }
        else if (!Hash(_last, next).AsSpan().SequenceEqual(next.Hash))
        {
            Break(next.Seq, $"event {next.Seq} ({next.Kind} at {next.At}Z by {next.Role}) is not what its hash was made of");
        }
        else
        {
            (Events, _last) = (next.Seq, next.Hash);
        }
    }

    /// <summary>Holds the log's end against what the run's own row says of it.</summary>
    public void End(long seq, ReadOnlySpan<byte> hash)
    {
        if (Fault is not null)
        {
            return;
        }

        if (seq != Events)
        {
            Break(
                Math.Min(seq, Events) + 1,
                seq > Events
                    ? $"event {Events + 1} is missing: the log ends with {Events}, the run's row says {seq}"
                    : $"event {seq + 1} is too many: the log ends with {Events}, the run's row says {seq}"
            );
        }
        else if (!hash.SequenceEqual(_last))
        {
            Break(seq, $"event {seq} is not the one whose hash the run's row has");
        }
    }

    /// <summary>SHA-256 over the hash before and the values, each preceded by its length in characters; as <c>dxy.event_hash</c>
    /// does.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> before, LoggedEvent next)
    {
        var text = new StringBuilder();
        foreach (
            var value in (string[])[next.Run, next.Seq.ToString(CultureInfo.InvariantCulture), next.At, next.Role, next.Kind, next.Detail]
        )
        {
            text.Append(CultureInfo.InvariantCulture, $"{value.EnumerateRunes().Count()}:{value}");
        }

        return SHA256.HashData([.. before, .. Encoding.UTF8.GetBytes(text.ToString())]);
    }

    void Break(long seq, string fault) => (Broken, Fault) = (seq, fault);
}
