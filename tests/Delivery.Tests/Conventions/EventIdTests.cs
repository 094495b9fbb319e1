using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.Delivery.Tests.Conventions;

/// <summary>What a log line is known by: its EventId, of which docs/events.md has the catalogue.</summary>
public sealed partial class EventIdTests
{
    static IReadOnlyList<LoggerMessageAttribute> Messages { get; } =
    [
        .. Assemblies
            .Ours.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type =>
                type.GetMethods(
                    BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                )
            )
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId),
    ];

    [Fact]
    public void Every_event_has_an_id_of_its_own()
    {
        Assert.True(Messages.Count > 30);
        Assert.All(Messages.GroupBy(message => message.EventId), same =>
            Assert.True(same.Count() == 1 && same.Key > 0, $"{same.Key}: {string.Join(" / ", same.Select(message => message.Message))}")
        );
    }

    [Fact]
    public void The_catalogue_has_every_event_with_its_level_and_its_words_and_no_other()
    {
        var catalogue = Row().Matches(Checkout.Text("docs/events.md")).Select(row => row.Value);
        Assert.Equal(Messages.Select(message => $"| {message.EventId} | {message.Level} | {message.Message} |"), catalogue);
    }

    [GeneratedRegex(@"^\| \d+ \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
