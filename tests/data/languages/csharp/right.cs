using System;
using System.Linq;
using System.Numerics;

class Program
{
    static void Main()
    {
        Console.ReadLine();
        var sum = Console.ReadLine().Split().Select(BigInteger.Parse).Aggregate(BigInteger.Zero, (a, b) => a + b);
        Console.WriteLine(sum);
    }
}
