using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>When a run may switch its readers: as soon as it is verified, once somebody approved it, or in a window of the day.</summary>
public static class CutOverRule
{
    /// <summary>As soon as everything is verified.</summary>
    public const string Ready = "ready";

    /// <summary>Once somebody approved it.</summary>
    public const string Approve = "approve";

    /// <summary>Whether a setting is one: <see cref="Ready"/>, <see cref="Approve"/>, or a window such as <c>21:30-22:45</c>, UTC, which
    /// may go over midnight.</summary>
    public static bool IsKnown(string text) => text is Ready or Approve || Window(text) is not null;

    /// <summary>The gate of the switch.</summary>
    /// <param name="gate">Its name.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="approvals">Of the cut-over, the newest first.</param>
    /// <param name="now">Market time.</param>
    /// <param name="startedBy">The role that started the run.</param>
    public static Gate Judge(string gate, RunSettings settings, IReadOnlyList<Approval> approvals, UtcTime now, string startedBy)
    {
        if (Window(settings.CutOver) is { } window)
        {
            var time = now.ToDateTime().TimeOfDay;
            var inside = window.From <= window.To ? time >= window.From && time < window.To : time >= window.From || time < window.To;
            return Gate.Of(
                gate,
                inside,
                $"it is {settings.CutOver} UTC",
                $"it is {now}",
                null,
                "time: it goes on by itself; 'migrate set cut-over=ready' or another window switches sooner"
            );
        }

        // What the approval rests on was verified then; what was written since is verified once more before the switch.
        return settings.CutOver == Approve
            ? approvals.Count == 0
                ? ApprovalRule.Judge(gate, "cut-over", approvals, 0, true, now, startedBy, settings) with
                {
                    Evidence = null,
                }
                : ApprovalRule.Judge(gate, "cut-over", approvals, approvals[0].Verification, true, now, startedBy, settings)
            : new Gate(gate, GateVerdict.Pass, "the readers may be switched as soon as all is verified", "so it was ordered");
    }

    static (TimeSpan From, TimeSpan To)? Window(string text) =>
        text.Split('-') is [var from, var to] && Time(from) is { } begin && Time(to) is { } end && begin != end ? (begin, end) : null;

    static TimeSpan? Time(string text) =>
        text.Length == 5 && TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToTimeSpan()
            : null;
}
