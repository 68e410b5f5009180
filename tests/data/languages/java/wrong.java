import java.util.*;

class Helper {
    static int plus(int a, int b) { return a + b; }
}

class Wrong {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt(), sum = 1;
        while (n-- > 0) sum = Helper.plus(sum, in.nextInt());
        System.out.println(sum);
    }
}
